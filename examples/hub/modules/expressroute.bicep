param location string
param prefix string
param vnetId string

resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'pip-${prefix}-expressroute'
  location: location
  sku: {
    name: 'Standard'
  }
  zones: ['1', '2', '3']
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource gateway 'Microsoft.Network/virtualNetworkGateways@2024-05-01' = {
  name: 'ergw-${prefix}'
  location: location
  properties: {
    gatewayType: 'ExpressRoute'
    sku: {
      name: 'ErGw1AZ'
      tier: 'ErGw1AZ'
    }
    ipConfigurations: [
      {
        name: 'default'
        properties: {
          subnet: {
            id: '${vnetId}/subnets/GatewaySubnet'
          }
          publicIPAddress: {
            id: address.id
          }
        }
      }
    ]
  }
}

resource circuit 'Microsoft.Network/expressRouteCircuits@2024-05-01' = {
  name: 'erc-${prefix}'
  location: location
  sku: {
    name: 'Standard_MeteredData'
    tier: 'Standard'
    family: 'MeteredData'
  }
  properties: {
    serviceProviderProperties: {
      serviceProviderName: 'Equinix'
      peeringLocation: 'Amsterdam'
      bandwidthInMbps: 1000
    }
  }
}

resource connection 'Microsoft.Network/connections@2024-05-01' = {
  name: 'cn-${prefix}-datacentre'
  location: location
  properties: {
    connectionType: 'ExpressRoute'
    virtualNetworkGateway1: {
      id: gateway.id
      properties: {}
    }
    peer: {
      id: circuit.id
    }
  }
}

output gatewayId string = gateway.id
